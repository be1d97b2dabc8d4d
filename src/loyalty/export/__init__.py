"""What a reader takes away: tables as files, and a replication package."""
