"""One folder a vendor: send, inbound, settings. None knows another, nor the database."""
