"""The shape of CarConnectivity's connector for the EU Data Act portal, as far as we use it."""
