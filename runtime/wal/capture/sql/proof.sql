-- A message can be written by any login, a row of this table by the capture alone: each message stands between its row's birth and death,
-- and the row has the message's digest, or is the number that the message gives as its proof.
CREATE TABLE jobr_archive.proof (digest bytea PRIMARY KEY)
