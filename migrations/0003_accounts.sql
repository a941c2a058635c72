-- Accounts at delivery services that keep them here.
CREATE TABLE accounts (
    service    TEXT   NOT NULL,           -- ENS name of the delivery service
    node       BYTEA  NOT NULL,           -- namehash of the account's ENS name
    name       TEXT   NOT NULL,           -- the account's ENS name, in normal form
    created_at BIGINT NOT NULL,
    CONSTRAINT accounts_pk PRIMARY KEY (service, node)
);

-- The newest messages that created or deleted an account. Older ones are refused by their time, so they are not kept.
CREATE TABLE account_messages (
    service   TEXT   NOT NULL,
    node      BYTEA  NOT NULL,
    digest    BYTEA  NOT NULL,            -- keccak256 of the message that was signed
    timestamp BIGINT NOT NULL,            -- in the message
    CONSTRAINT account_messages_pk PRIMARY KEY (service, node, digest)
);
