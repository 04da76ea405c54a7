-- What {name}.rqg asks about, unless a run names another schema.
CREATE TABLE product (
    id integer PRIMARY KEY,
    name varchar(40) NOT NULL UNIQUE,
    price numeric(8, 2) NOT NULL CHECK (price >= 0),
    since date
);

CREATE TABLE sale (
    id bigint PRIMARY KEY,
    product_id integer NOT NULL REFERENCES product (id),
    quantity smallint NOT NULL DEFAULT 1,
    sold_at timestamp NOT NULL
);
