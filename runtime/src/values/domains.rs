//! Data as people have it: names, addresses and the like, as SQL string literals. Nobody real is
//! reached by them: mail domains are those reserved for examples and tests (RFC 2606).

use super::number::{push_int, push_padded};
use super::quoting::quote_from;
use crate::choices::Choices;

/// Appends an e-mail address: billions are possible.
pub fn email<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    push_letters(choose(&FIRST_NAMES, choices), out);
    out.push(b'.');
    push_letters(choose(&LAST_NAMES, choices), out);
    out.push(b'+');
    push_int(choices.below(100_000).into(), out);
    out.push(b'@');
    out.extend_from_slice(choose(&MAIL_DOMAINS, choices).as_bytes());
    quote_from(out, start);
}

/// Appends a phone number of the North American form `+1-NXX-NXX-XXXX`, where `N` is 2 to 9.
pub fn phone<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(b"+1-");
    push_int((200 + choices.below(800)).into(), out);
    out.push(b'-');
    push_int((200 + choices.below(800)).into(), out);
    out.push(b'-');
    push_padded(choices.below(10_000), 4, out);
    quote_from(out, start);
}

/// Appends a postal address such as `123 Maple Street, Springfield 12345`.
pub fn address<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    push_int((1 + choices.below(9_999)).into(), out);
    out.push(b' ');
    out.extend_from_slice(choose(&STREETS, choices).as_bytes());
    out.push(b' ');
    out.extend_from_slice(choose(&STREET_KINDS, choices).as_bytes());
    out.extend_from_slice(b", ");
    out.extend_from_slice(choose(&CITIES, choices).as_bytes());
    out.push(b' ');
    push_padded(choices.below(100_000), 5, out);
    quote_from(out, start);
}

/// Appends a person's name, one in four with a middle initial.
pub fn person<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(choose(&FIRST_NAMES, choices).as_bytes());
    out.push(b' ');
    if choices.chance(250_000) {
        out.push(b'A' + choices.below(26) as u8);
        out.extend_from_slice(b". ");
    }
    out.extend_from_slice(choose(&LAST_NAMES, choices).as_bytes());
    quote_from(out, start);
}

/// Appends a company's name.
pub fn company<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(choose(&LAST_NAMES, choices).as_bytes());
    match choices.below(4) {
        0 => {
            out.extend_from_slice(b" & ");
            out.extend_from_slice(choose(&LAST_NAMES, choices).as_bytes());
        }
        1 => {
            out.extend_from_slice(b" & Sons ");
            out.extend_from_slice(choose(&TRADES, choices).as_bytes());
        }
        _ => {
            out.push(b' ');
            out.extend_from_slice(choose(&TRADES, choices).as_bytes());
            out.push(b' ');
            out.extend_from_slice(choose(&COMPANY_FORMS, choices).as_bytes());
        }
    }
    quote_from(out, start);
}

/// Appends a common lower-case word, unquoted. None is a reserved word of SQL.
pub fn word<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    out.extend_from_slice(choose(&WORDS, choices).as_bytes());
}

fn choose<C: Choices>(list: &[&'static str], choices: &mut C) -> &'static str {
    let chosen = choices.below(list.len() as u64) as usize;
    list.get(chosen).copied().unwrap_or_default()
}

/// Appends the letters of a name as they stand in an e-mail address.
fn push_letters(name: &str, out: &mut Vec<u8>) {
    let letters = name.bytes().filter(u8::is_ascii_alphabetic);
    out.extend(letters.map(|b| b.to_ascii_lowercase()));
}

/// Spaces separate the words of a list.
const fn count(list: &str) -> usize {
    let bytes = list.as_bytes();
    let (mut at, mut count) = (0, 1);
    while at < bytes.len() {
        if bytes[at] == b' ' {
            count += 1;
        }
        at += 1;
    }
    count
}

const fn split<const N: usize>(mut list: &'static str) -> [&'static str; N] {
    let mut words = [""; N];
    let mut n = 0;
    while n < N {
        let mut end = 0;
        while end < list.len() && list.as_bytes()[end] != b' ' {
            end += 1;
        }
        let (word, rest) = list.split_at(end);
        words[n] = word;
        n += 1;
        list = if rest.is_empty() {
            rest
        } else {
            rest.split_at(1).1
        };
    }
    words
}

/// Makes a list of words while compiling, from one text.
macro_rules! words {
    ($name:ident = $text:literal) => {
        static $name: [&str; count($text)] = split($text);
    };
}

words!(
    FIRST_NAMES = "Aaron Abigail Ada Adam Adrian Agnes Aisha Alan Albert Alejandro Alexandra Alice \
    Alina Amara Amelia Amir Amy Ana Andrea Andrew Angela Anika Anna Anne-Marie Anthony Anton \
    Arjun Arthur Astrid Audrey Ava Barbara Beatrice Benjamin Bianca Boris Brandon Brenda Brian \
    Bruno Camila Carla Carlos Carmen Caroline Catherine Cecilia Charles Charlotte Chen Chloe \
    Christian Clara Claudia Colin Daniel Daria David Deborah Dennis Diana Diego Dmitri Dominic \
    Donna Dorothy Dylan Edith Edward Elena Eli Elias Elizabeth Ella Emil Emily Emma Eric Erika \
    Esther Ethan Eva Evelyn Fatima Felix Fiona Frances Francisco Frank Frederick Gabriel George \
    Gerald Giulia Grace Greta Gustav Hana Hannah Harold Harry Hassan Heather Hector Helen Henry \
    Hiroshi Hugo Ian Ibrahim Ida Igor Ines Ingrid Irene Iris Isaac Isabel Ivan Jack Jacob Jade \
    James Jamila Jan Jasmine Jean-Paul Jennifer Jerome Jesse Joan Johanna John Jonas Jordan Jorge \
    Joseph Joshua Joyce Juan Judith Julia Julian Karen Karim Karl Kateryna Keiko Keith Kelly \
    Kenji Kevin Klara Kofi Kwame Lars Laura Layla Leah Leila Leo Leonard Liam Lin Linda Lionel \
    Lisa Louis Lucas Lucia Luis Lydia Magnus Marcel Margaret Maria Marie Mario Mark Martha Martin \
    Mary Mateo Matthew Maya Mei Michael Miguel Mila Mohammed Monica Nadia Naomi Natalia Nathan \
    Nicholas Nina Noah Nora Oliver Olivia Omar Oscar Pablo Patricia Paul Paula Pedro Peter Philip \
    Priya Quentin Rachel Rafael Rahul Ralph Raymond Rebecca Ricardo Richard Robert Rosa Ruth Ryan \
    Samira Samuel Sandra Sara Sean Sergei Simon Sofia Stella Stephen Susan Sven Tariq Teresa \
    Theo Thomas Timothy Tomas Ursula Valerie Vera Victor Victoria Vincent Walter Wei Wendy \
    William Xavier Yara Yasmin Yuki Yusuf Zainab Zara Zoe"
);

words!(
    LAST_NAMES = "Abbott Adams Adeyemi Aguilar Ahmed Alvarez Andersen Anderson Bailey Baker \
    Bakshi Barnes Bauer Becker Bell Bennett Berg Bernard Bianchi Blackwood Blake Brennan Brooks \
    Brown Bryant Burke Butler Campbell Carlson Carter Castillo Castro Chang Chapman Chavez Chen \
    Clark Cohen Coleman Collins Conti Cooper Costa Cox Cruz D'Amico D'Angelo Dahl Daniels Davies \
    Davis Delgado Desai Diaz Dixon Dubois Dunn Edwards Eliasson Ellis Evans Farrell Ferrari \
    Fischer Fisher Fleming Flores Foster Fournier Fox Franklin Fraser Fujita Garcia Gardner \
    Gibson Gomez Gonzalez Goodman Gordon Graham Grant Gray Green Griffin Gupta Gutierrez Haas \
    Hall Hamilton Hansen Harper Harris Hart Hayashi Hayes Henderson Hernandez Herrera Hill \
    Hoffman Holm Howard Huang Hudson Hughes Hunt Hussein Ito Ivanov Jackson Jacobs James Jansen \
    Jensen Jimenez Johansson Johnson Jones Jordan Joshi Kaplan Kaur Keller Kelly Kennedy Khan \
    Kim King Kowalski Kruger Kumar Lambert Larsen Laurent Lee Lehmann Leroy Lewis Li Lindgren \
    Lopez Lopez-Ruiz Lund MacDonald Mahmoud Mancini Marino Marshall Martin Martinez Mason Mbeki \
    McCarthy McKenzie Mendoza Mensah Meyer Miller Mitchell Molina Moore Morales Moreau Morgan \
    Moroz Morris Muller Murphy Murray Myers Nakamura Nelson Newman Nguyen Nielsen Novak O'Brien \
    O'Connor O'Neill O'Sullivan Okafor Okonkwo Olsen Ortega Osei Owens Palmer Park Parker Patel \
    Pereira Perez Petersen Petrov Phillips Popescu Porter Powell Price Quinn Ramirez Ramos Rao \
    Reed Reyes Reynolds Ricci Richards Rivera Roberts Robinson Rodriguez Rogers Romano Rossi \
    Ruiz Russell Ryan Saito Salazar Sanchez Sanders Santos Sato Schmidt Schneider Schroeder \
    Scott Sharma Shaw Silva Simmons Singh Smith Smith-Jones Sokolov Sorensen Stewart Stone \
    Suarez Sullivan Suzuki Svensson Tanaka Taylor Thomas Thompson Torres Tran Tucker Turner \
    Usman Vargas Vasquez Vogel Volkov Wagner Walker Wallace Wang Ward Watanabe Watson Weber \
    Wells West White Williams Wilson Wong Wood Wright Wu Yamamoto Yang Yilmaz Young Zhang Zhao \
    Zimmermann"
);

words!(
    MAIL_DOMAINS = "example.com example.org example.net mail.example.com mail.example.org \
    mail.example.net post.example.com office.example.com team.example.org school.example.org \
    shop.example.net home.example.net acme.test globex.test initech.test umbrella.test \
    northwind.test contoso.test mailbox.test inbox.test"
);

words!(
    STREETS = "Acorn Alder Ash Aspen Beech Birch Bridge Brook Canal Cedar Cherry Chestnut Church \
    Clover College Cypress Dogwood Elm Fern Forest Franklin Garden Grove Harbor Hawthorn Hazel \
    Hickory Highland Hill Holly Jackson Jefferson Juniper King's Lake Laurel Lincoln Linden \
    Locust Madison Magnolia Main Maple Market Meadow Mill Monroe Mulberry Oak Olive Orchard Park \
    Pear Pine Pleasant Poplar Prospect Queen's Railroad Ridge River Rose School Spring Spruce \
    Station Summit Sunset Sycamore Valley Vine Walnut Washington Water Willow Wilson Windsor \
    Woodland"
);

words!(STREET_KINDS = "Street Street Street Road Road Avenue Avenue Lane Drive Court Place Way");

words!(
    CITIES = "Arlington Ashland Auburn Bedford Bloomington Bradford Brighton Bristol Burlington \
    Cambridge Camden Centerville Chester Clayton Cleveland Clinton Coeur-d'Alene Concord Dayton \
    Dover Dublin Durham Easton Fairfield Fairview Florence Franklin Georgetown Glendale \
    Greenville Greenwood Hamilton Hanover Harrison Hudson Jackson Kingston Lancaster Lebanon \
    Lexington Lincoln Madison Manchester Marion Marshall Middletown Milford Milton Monroe Newport \
    Newton Norwood Oakland Oxford Plymouth Portland Princeton Quincy Richmond Riverside \
    Rochester Salem Sheffield Shelby Springfield Sterling Stratford Troy Union Vernon Vienna \
    Warren Waterloo Waverly Weston Westport Winchester Windsor Winfield Woodstock York"
);

words!(
    TRADES = "Analytics Bakery Books Brewing Capital Ceramics Consulting Construction Dairy \
    Design Dynamics Electric Energy Engineering Farms Films Foods Freight Furniture Gardens \
    Glass Health Holdings Hotels Industries Instruments Insurance Interiors Jewelry Labs \
    Logistics Machines Marine Materials Media Metals Motors Networks Optics Outfitters Paper \
    Partners Pharma Plastics Press Printing Properties Records Robotics Security Shipping \
    Software Solutions Steel Studios Supply Systems Textiles Tools Toys Trading Travel Ventures"
);

words!(COMPANY_FORMS = "Inc. LLC Ltd. Corp. GmbH AG S.A. B.V. PLC Co.");

words!(
    WORDS = "able above account acid actor address adult advice after again agent air alarm album \
    almost alone always amber anchor angle animal answer apple april apron arch area arm army \
    arrow art artist atom attic aunt author autumn avenue award baby back badge bag baker \
    balance ball banana band bank barn basin basket battery beach bean bear beauty bed beetle \
    bell belt bench berry bicycle bird birth biscuit black blanket blue board boat body bone book \
    boot border bottle bottom bowl box branch brass brave bread breath brick bridge bright brother \
    brown brush bucket budget building bulb bus bush business butter button cabin cable cake \
    calendar calm camera camp canal candle canvas capital captain car card career carpet carrot \
    cart castle cat cattle cause cave ceiling center chain chair chalk chance change chapter \
    cheap cheese cherry chess chest chicken child chin circle city clay clean clear clerk clever \
    cliff clock cloth cloud clover coach coal coast coat coffee coin cold color comb comfort \
    common compass cook cool copper corn corner cotton country courage cousin cover cow cream \
    credit crew crowd crown culture cup cupboard curtain curve cushion dance dark daughter day \
    deal deep deer degree desert design desk detail diamond dinner dish doctor dog door double \
    dragon drama drawer dream dress drink drive drum dry duck dust duty eagle ear early earth east \
    easy echo edge effort egg eight elbow engine equal error evening event example eye fabric face \
    factory fair family famous farm farmer fast father feather fern field fig film fine finger \
    fire fish five flag flame flat flight floor flour flower fog food foot forest fork fox frame \
    free fresh friend front frost fruit future game garage garden gate gentle giant gift glass \
    glove goat gold good grain grape grass gravel gray great green guest guide guitar hair hall \
    hammer hand happy harbor hat hawk health heart heavy height hill history holiday honey hook \
    hope horse hospital hotel hour house hunter ice idea inch ink iron island ivory jacket jar jaw \
    jewel journey judge juice jump july june kettle kind king kitchen kite knee knife knot ladder \
    lake lamp land large laugh lawn leaf leather lemon lesson letter library light lily linen lion \
    lip list little lock long lunch machine magic major map maple marble march market mask match \
    meadow meal melon member memory metal middle milk mind mint minute mirror mist model money \
    month moon morning moss mother motor mountain mouse mouth museum music nail name narrow nation \
    nature neck needle nest new night nine noise north nose note novel number nurse oak ocean \
    october office oil olive onion open opera orange orchard organ otter oven owl oyster page \
    paint palace palm paper parcel park partner party path peace peach pear pearl pen pencil \
    pepper piano picture pilot pine pink pipe place plain planet plant plate play plum pocket poem \
    poet point polite pond pony pool port potato pottery powder prince prize public purple \
    quality quarter queen question quick quiet rabbit radio rail rain raven reason red reward ribbon \
    rice ring river road robin rock roof room root rope rose round rubber ruby rule sail salad \
    salt sand saddle scarf school science sea season secret seed seven shade sharp sheep shelf shell \
    ship shirt shoe shop shore short sign silk silver simple singer sister six skill skin sky \
    sleep slow small smart smile smooth snow soap soft soil solid song soup south space spade \
    spark spice spider spoon spring square stage stair stamp star station steam steel stem stone \
    storm story street strong sugar summer sun sweet swift tail tall tea teacher temple ten tent \
    theater thick thin thread three ticket tiger tin toast tomato tool tooth tower town train tree \
    truck tulip tunnel turtle two uncle urban valley velvet village violin voice wagon wall walnut \
    warm watch water wave wax way weather week west whale wheat wheel white wide willow wind \
    wing winter wolf wood wool yard year yellow young zebra"
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choices::{Bytes, Random};
    use std::collections::HashSet;

    type Domain = fn(&mut Random, &mut Vec<u8>);

    fn drawn(domain: Domain, count: usize) -> Vec<String> {
        let mut random = Random::new([5; 32]);
        let mut next = || {
            let mut out = b"before ".to_vec();
            domain(&mut random, &mut out);
            String::from_utf8(out).unwrap().split_off(7)
        };
        (0..count).map(|_| next()).collect()
    }

    fn assert_form(domain: Domain, form: &str) {
        let form = regex::Regex::new(&format!(r"\A{form}\z")).unwrap();
        for text in drawn(domain, 2_000) {
            assert!(form.is_match(&text), "{text}");
        }
    }

    #[test]
    fn has_the_usual_forms() {
        assert_form(
            email,
            r"'[a-z]+\.[a-z]+\+[0-9]+@([a-z]+\.)?(example\.(com|org|net)|[a-z]+\.test)'",
        );
        assert_form(phone, r"'\+1-[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}'");
        let street = r"[1-9][0-9]{0,3} ([A-Za-z]|'')+ [A-Z][a-z]+";
        assert_form(address, &format!(r"'{street}, ([A-Za-z-]|'')+ [0-9]{{5}}'"));
        let name = "([A-Za-z-]|'')+";
        assert_form(person, &format!(r"'[A-Za-z-]+ ([A-Z]\. )?{name}'"));
        assert_form(company, &format!(r"'{name}( & {name}| [A-Za-z.&]+)*'"));
        assert_form(word, "[a-z]+");
    }

    #[test]
    fn doubles_the_quotes_of_names() {
        let texts = drawn(person, 5_000);
        assert!(texts.iter().any(|text| text.ends_with(" O''Brien'")));
        let mut out = Vec::new();
        push_letters("O'Brien-D", &mut out);
        assert_eq!(out, b"obriend");
    }

    #[test]
    fn seldom_repeats() {
        for (domain, count, distinct) in [
            (email as Domain, 100_000, 99_000),
            (phone, 100_000, 99_000),
            (address, 100_000, 99_000),
            (person, 10_000, 9_000),
            (company, 10_000, 8_000),
            (word, 20_000, 640),
        ] {
            let found = drawn(domain, count).into_iter().collect::<HashSet<_>>();
            assert!(found.len() > distinct, "{} of {count}", found.len());
        }
    }

    #[test]
    fn needs_no_choices_at_all() {
        let mut out = Vec::new();
        for domain in [email, phone, address, person, company, word] {
            domain(&mut Bytes::new(&[]), &mut out);
        }
        assert!(out.starts_with(b"'aaron.abbott+0@example.com''+1-200-200-0000'"));
    }

    #[test]
    fn lists_hold_what_they_should() {
        for list in [&WORDS[..], &FIRST_NAMES, &LAST_NAMES, &STREETS, &CITIES] {
            let distinct: HashSet<_> = list.iter().collect();
            assert_eq!(distinct.len(), list.len());
            assert!(!distinct.contains(&""));
        }
        // The proof of unique texts tells words from single letters.
        for word in WORDS {
            assert!(
                word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase()),
                "{word}"
            );
        }
        // Those of PostgreSQL that are words of daily use.
        let reserved = "all analyse analyze and any array as asc both case cast check collate \
            column create cross default desc distinct do else end except false fetch for foreign \
            freeze from full grant group having in initially inner into is join lateral leading \
            left like limit natural not null offset on only or order outer over placing primary \
            references right select session similar some symmetric table then to trailing true \
            union unique user using verbose when where window with";
        for word in reserved.split_whitespace() {
            assert!(!WORDS.contains(&word), "{word}");
        }
    }
}
