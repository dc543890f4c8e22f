"""What a stack costs in a month: counted from what it declares, priced by prices.toml, with usage.toml's assumptions."""
