"""PRE_SCALE_UP: everything that is looked at before green starts, all of it at once, and then the migrations."""
