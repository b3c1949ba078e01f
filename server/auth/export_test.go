package auth

// Hashes is how many argon2 computations there were: the tests' measure of time.
func (g *Gate) Hashes() int64 { return g.hasher.calls.Load() }
