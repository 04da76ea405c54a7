CREATE TABLE payment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    card varchar(19) NOT NULL,
    amount numeric(10, 2) NOT NULL,
    currency char(3) NOT NULL,
    paid_at timestamp NOT NULL DEFAULT now()
);
