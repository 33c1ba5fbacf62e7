"""What every entry of a registry must keep, tested by walking the registry."""
