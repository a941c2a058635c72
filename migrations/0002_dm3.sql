-- The forms in which dm3's own clients sign: without a version, so that each counts once for a name, and none counts once
-- the name's owner has signed a versioned state (EIP-712).

-- 1 while no operation of the name was an EIP-712 one.
ALTER TABLE names ADD COLUMN unversioned BIGINT NOT NULL DEFAULT 0;

-- What was signed without a version, hashed; NULL for all others. It stays when records are erased.
ALTER TABLE operations ADD COLUMN digest BYTEA;
CREATE UNIQUE INDEX operations_by_digest ON operations (node, digest);
