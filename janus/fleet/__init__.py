"""The owner's other machines: one server, NATS, at each doorway, which the others dial."""
