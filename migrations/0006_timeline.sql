-- Events that speak of something from another stream: a hire of its requisition, a membership of
-- its pool. What a stream says of itself is found by the log's own index.
CREATE TABLE timeline_mentions (
    entity_id uuid NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (entity_id, position)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON timeline_mentions TO :"app";
