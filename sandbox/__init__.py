"""The embedded cloud on which the whole program is rehearsed. Development only: nothing in `infra` or `runtime` knows of it."""
