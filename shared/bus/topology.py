"""Who listens to what. Every process declares all of it, so no event is lost because a service starts late."""

EVERYTHING = "#"

CHUNKS = "executor.chunks"
EXPRESS = "executor.express"
LAUNCHES = "executor.launches"
COMPLETIONS = "projector.completions"
UPLOADS = "projector.uploads"
EVENTS = "ingest.events"

QUEUES: dict[str, tuple[str, ...]] = {
    CHUNKS: (),
    EXPRESS: (),
    LAUNCHES: ("batch.launched",),
    COMPLETIONS: ("batch.completed",),
    UPLOADS: ("upload.received",),
    EVENTS: (EVERYTHING,),
}
"""Queue name -> event types that reach it; a queue without types is written to by name."""

EXCHANGE = "leadledger.events"
DEAD_EXCHANGE = "leadledger.dead"
DEAD_QUEUE = "leadledger.dead"
