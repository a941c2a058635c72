-- Names and their chains of states. The types are those that SQLite and PostgreSQL both know: SQLite keeps a value as
-- it is bound, whatever the column says. Times are unix seconds. Hashes and nodes have 32 bytes, accounts 20.

-- The current state of each name that was ever claimed: a projection of its newest operation.
CREATE TABLE names (
    node       BYTEA  NOT NULL,           -- namehash
    name       TEXT   NOT NULL,           -- in ENSIP-15 normal form
    zone       TEXT   NOT NULL,           -- the zone it was claimed in
    version    BIGINT NOT NULL,           -- of the newest operation
    state_hash BYTEA  NOT NULL,           -- EIP-712 struct hash of the newest state
    owner      BYTEA,                     -- NULL: released
    counts_for BYTEA,                     -- whose quota the name takes: its owner's, once that owner signed a state
    created_at BIGINT NOT NULL,           -- when it was last claimed
    updated_at BIGINT NOT NULL,           -- when the newest operation was taken
    CONSTRAINT names_pk PRIMARY KEY (node),
    CONSTRAINT names_name_unique UNIQUE (name),
    CONSTRAINT names_released CHECK (owner IS NOT NULL OR counts_for IS NULL)
);

CREATE INDEX names_by_owner ON names (owner, name);
CREATE INDEX names_by_zone ON names (zone, name);
CREATE INDEX names_by_quota ON names (zone, counts_for);

-- Every state that was ever taken, with its proof. Rows are only added; of superseded ones the records can be erased,
-- and the chain still verifies by the hashes.
CREATE TABLE operations (
    node         BYTEA  NOT NULL,
    version      BIGINT NOT NULL,         -- 1, 2, 3 …
    chain_id     BIGINT NOT NULL,
    previous     BYTEA  NOT NULL,         -- state_hash of the version before, zero for version 1
    owner        BYTEA  NOT NULL,         -- zero: a release
    valid_until  BIGINT NOT NULL,         -- the last second in which it could be taken
    records      TEXT,                    -- JSON as in the API; NULL: erased
    records_hash BYTEA  NOT NULL,         -- EIP-712 struct hash of the records
    state_hash   BYTEA  NOT NULL,         -- EIP-712 struct hash of the state
    proof        TEXT   NOT NULL,         -- JSON as in the API
    created_at   BIGINT NOT NULL,         -- when it was taken
    CONSTRAINT operations_pk PRIMARY KEY (node, version),
    CONSTRAINT operations_name_fk FOREIGN KEY (node) REFERENCES names (node),
    CONSTRAINT operations_version_positive CHECK (version > 0)
);
