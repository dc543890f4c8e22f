"""Policy documents as data: pure Python, tested without a cloud."""
