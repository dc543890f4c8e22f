"""The application's environment: rendered for a task, described for the application itself and for people."""
