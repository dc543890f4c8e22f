"""The report of a rehearsal: one document (document.py) that is redacted once, and what people see of it: text.py, page.py with plots.py."""
