"""The service's own ideas as frozen values: no SQL, no HTTP, no models."""
