-- Which organisation an address of careers pages belongs to. Whether anything is public there is in
-- the organisation's log; an address once taken is nobody else's.
CREATE TABLE careers_addresses (
    slug text PRIMARY KEY,
    organisation_id uuid NOT NULL
);
GRANT SELECT, INSERT ON careers_addresses TO :"app";
