//! Word lists.

/// Common English words.
pub(super) const WORDS: &[&str] = &[
    "able", "account", "after", "air", "all", "amber", "and", "apple", "april", "autumn", "bag",
    "ball", "bank", "beach", "bird", "black", "blue", "board", "boat", "book", "bread", "bridge",
    "bright", "brown", "cable", "cake", "car", "cat", "chair", "cheap", "chess", "city", "clean",
    "clock", "cloud", "coat", "coffee", "cold", "cotton", "cup", "dark", "day", "deep", "desk",
    "dish", "door", "dry", "early", "east", "egg", "empty", "energy", "evening", "fan", "farm",
    "fast", "field", "fire", "fish", "flat", "floor", "flower", "forest", "fresh", "garden",
    "glass", "gold", "good", "grain", "grass", "green", "hand", "happy", "hat", "heavy", "hill",
    "home", "honey", "horse", "house", "ice", "iron", "island", "key", "kind", "kitchen", "lake",
    "lamp", "large", "leaf", "lemon", "letter", "light", "linen", "long", "map", "market", "metal",
    "milk", "mirror", "moon", "morning", "mountain", "music", "new", "night", "north", "ocean",
    "old", "olive", "orange", "paper", "park", "pen", "phone", "plain", "plate", "pocket", "quick",
    "quiet", "rain", "red", "rice", "ring", "river", "road", "rock", "room", "round", "salt",
    "sand", "sea", "shelf", "shirt", "shoe", "silk", "silver", "small", "snow", "soap", "soft",
    "song", "south", "spoon", "spring", "square", "star", "steel", "stone", "street", "strong",
    "sugar", "summer", "sun", "table", "tall", "tea", "tower", "train", "tree", "urban", "valley",
    "village", "wall", "warm", "watch", "water", "west", "wheat", "white", "wide", "wind",
    "window", "winter", "wood", "wool", "yellow", "young",
];

/// Texts that break what handles text badly.
pub(super) const SAMPLES: &[&str] = &[
    "it's",
    "\"quoted\"",
    "100%",
    "a_b%c",
    "back\\slash",
    "tab\there",
    "two\nlines",
    "naïve",
    "Ünïcode",
    "日本語",
    "Ω≈ç√",
    "😀",
    "null",
    "NULL",
    "true",
    "0",
    "-1",
    "--",
    "/* */",
    ";",
    "$$",
    "{}",
    "<b>",
    "'; --",
    "a,b",
    "é",
    "ß",
    "İ",
    "x\u{200d}y",
];

/// Given names.
pub(super) const FIRST_NAMES: &[&str] = &[
    "Ada", "Alice", "Amir", "Ana", "Anton", "Ben", "Carla", "Chen", "Clara", "Daniel", "David",
    "Elena", "Emma", "Eva", "Felix", "Fatima", "Grace", "Hana", "Hugo", "Ida", "Ivan", "Jack",
    "James", "Jana", "John", "Jonas", "Julia", "Kim", "Lars", "Laura", "Lea", "Leo", "Lina",
    "Luca", "Lucia", "Maria", "Mark", "Marta", "Max", "Maya", "Mia", "Mina", "Nina", "Noah",
    "Nora", "Omar", "Oscar", "Paul", "Peter", "Priya", "Ravi", "Rosa", "Ruth", "Sam", "Sara",
    "Sofia", "Theo", "Tom", "Vera", "Victor", "Wei", "Yuki", "Zoe", "Ken",
];

/// Family names.
pub(super) const LAST_NAMES: &[&str] = &[
    "Adams", "Ali", "Anderson", "Baker", "Becker", "Brown", "Chen", "Clark", "Costa", "Cruz",
    "Davis", "Diaz", "Dubois", "Evans", "Fischer", "Garcia", "Gomez", "Green", "Hall", "Hansen",
    "Harris", "Hill", "Ito", "Jackson", "Jensen", "Johnson", "Jones", "Kaur", "Keller", "Khan",
    "King", "Kowalski", "Kumar", "Larsen", "Lee", "Lewis", "Lopez", "Martin", "Meyer", "Miller",
    "Moore", "Nguyen", "Novak", "O'Brien", "O'Connor", "Okafor", "Olsen", "Park", "Patel", "Perez",
    "Rossi", "Sato", "Schmidt", "Silva", "Singh", "Smith", "Suzuki", "Taylor", "Thomas", "Walker",
    "Weber", "White", "Wilson", "Young",
];

/// Names of streets, without their kind.
pub(super) const STREETS: &[&str] = &[
    "Oak", "Maple", "Cedar", "Pine", "Elm", "Lake", "Hill", "Park", "Main", "Church", "Mill",
    "River", "Spring", "Station", "School", "Market", "Garden", "Bridge", "North", "Meadow",
];

/// Kinds of streets.
pub(super) const STREET_KINDS: &[&str] = &[
    "Street", "Avenue", "Road", "Lane", "Drive", "Court", "Way", "Place",
];

/// Cities.
pub(super) const CITIES: &[&str] = &[
    "Springfield",
    "Riverton",
    "Fairview",
    "Georgetown",
    "Salem",
    "Madison",
    "Clinton",
    "Bristol",
    "Ashland",
    "Dover",
    "Milton",
    "Newport",
    "Oxford",
    "Burlington",
    "Kingston",
    "Hudson",
];

/// What companies are called.
pub(super) const COMPANY_KINDS: &[&str] = &[
    "Ltd", "Inc", "LLC", "Group", "Holdings", "Partners", "GmbH", "& Sons",
];

/// Domains that are nobody's.
pub(super) const DOMAINS: &[&str] = &[
    "example.com",
    "example.org",
    "example.net",
    "mail.example",
    "shop.example",
];
