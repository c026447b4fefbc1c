-- What `squid-typeorm-migration generate` makes of lib/model.
CREATE TABLE event (
    id text PRIMARY KEY,
    block int4 NOT NULL,
    log_index int4 NOT NULL,
    tx_hash text NOT NULL,
    kind text NOT NULL,
    subject numeric,
    word numeric,
    rest json NOT NULL
);
CREATE INDEX event_subject ON event (subject);
CREATE TABLE receipt (
    id text PRIMARY KEY,
    holder int4 NOT NULL,
    pledgee int4 NOT NULL,
    version int4 NOT NULL,
    word numeric NOT NULL
);
CREATE INDEX receipt_holder ON receipt (holder);
CREATE INDEX receipt_pledgee ON receipt (pledgee);
