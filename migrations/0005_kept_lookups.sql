-- Lookups of names that this gateway does not keep, over a restart, if the settings say so. Nothing rests on them.
CREATE TABLE kept_lookups (
    kind        TEXT   NOT NULL,          -- 'profile' or 'delivery-service'
    node        BYTEA  NOT NULL,          -- namehash of the name
    name        TEXT   NOT NULL,          -- in normal form
    resolved_at BIGINT NOT NULL,
    outcome     TEXT   NOT NULL,          -- what was found, in JSON
    CONSTRAINT kept_lookups_pk PRIMARY KEY (kind, node)
);

-- They are read from the newest on, and forgotten from the oldest on.
CREATE INDEX kept_lookups_by_time ON kept_lookups (kind, resolved_at);
