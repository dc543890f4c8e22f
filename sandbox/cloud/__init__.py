"""The embedded AWS: moto's server in one process over HTTPS, with named extensions for what moto drops, lacks or accepts wrongly."""
