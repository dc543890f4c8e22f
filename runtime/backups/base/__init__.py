"""A base: what COPY gives under one snapshot, as content-addressed chunks, and a manifest that makes it one."""
