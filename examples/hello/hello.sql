-- What hello.rqg asks about.
CREATE TABLE planet (
    id integer PRIMARY KEY,
    name varchar(20) NOT NULL UNIQUE,
    moons smallint NOT NULL DEFAULT 0 CHECK (moons BETWEEN 0 AND 200),
    discovered date
);

CREATE TABLE visit (
    id bigint PRIMARY KEY,
    planet_id integer REFERENCES planet (id),
    probe text NOT NULL,
    arrived timestamp
);
