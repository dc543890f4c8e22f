"""The demonstration application: keeps the contract that docs/deployments.md lists, and fails as its environment tells it to.

`python -m sandbox.rehearsal.application ADDRESS PORT` serves until SIGTERM, by which it takes no more connections and answers what is in
flight. Its database is asked by DATABASE_URL; PGSSLROOTCERT names the authorities of the database's certificate, SSL_CERT_FILE those of
OpenAI's at OPENAI_BASE_URL.
"""

# The variable with the version, which every answer names.
VERSION = "APP_VERSION"
