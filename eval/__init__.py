"""How the judge and the bank are made and measured; none of it is installed."""
