"""What operates the platform: the functions' image, functions, schedules, alarms, notifications."""
