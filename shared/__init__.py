"""What two services need: settings, postgres, bus, outbox, events, auth, errors, telemetry."""
