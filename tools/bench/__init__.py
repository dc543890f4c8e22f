"""`make bench`: what the program costs beyond what it declares, as ratios with their spread."""
