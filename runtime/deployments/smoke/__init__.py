"""Tests of green before people reach it: a suite of requests as data, over real TLS, to the test listener (POST_TEST_TRAFFIC_SHIFT)."""
