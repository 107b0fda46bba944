"""Stand-ins for the systems of others: real HTTP servers that misbehave as the vendors' do."""
