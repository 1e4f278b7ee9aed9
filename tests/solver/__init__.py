"""The linear program: small plans by hand, laws, and the child."""
