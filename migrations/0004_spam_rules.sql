-- What an account demands of senders, and whom it does not want: JSON as in the message that set it, in canonical form.
-- NULL: nothing.
ALTER TABLE accounts ADD COLUMN spam_rules TEXT;
