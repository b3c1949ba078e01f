package main

import (
	"context"
	"flag"
	"log/slog"

	"github.com/kith-chat/kith/server"
)

// serveFlags are the flags of serve, demo and doctor.
func serveFlags(f *flag.FlagSet, c *server.Config) {
	f.StringVar(&c.Addr, "addr", server.DefaultAddr, "address to listen on")
	dataFlags(f, c)
	f.BoolVar(&c.KeyMustExist, "key-must-exist", false, "refuse to make a key: it is mounted from elsewhere")
	redisFlags(f, c)
	f.StringVar(&c.Origin, "origin", "", "address that people use, such as https://kith.example.org")
	f.StringVar(&c.TLSCert, "tls-cert", "", "certificate file (PEM)")
	f.StringVar(&c.TLSKey, "tls-key", "", "the certificate's key file (PEM)")
	f.StringVar(&c.TrustedProxy, "trusted-proxy", "", "address or network of the proxy that speaks TLS to people, such as 10.0.0.0/8; connections from elsewhere are refused")
	f.StringVar(&c.Ops, "ops", server.DefaultOps, "address of /livez, /readyz and /metrics, or off")
	f.StringVar(&c.LeaveTo, "leave-to", "", "where \"leave this page\" goes on to (default: an empty page)")
	f.StringVar(&c.CrisisLines, "crisis-lines", "", "JSON file of your own crisis lines, in place of the table that comes with Kith")
	f.StringVar(&c.CallWebhook, "call-webhook", "", "address of your pager: a call for help that nobody has read for two minutes goes there, signed (the secret goes into KITH_CALL_SECRET)")
	f.StringVar(&c.CallSecretFile, "call-secret-file", "", "file with the secret of -call-webhook, in place of KITH_CALL_SECRET")
	f.StringVar(&c.KeepRecords, "keep-records", server.DefaultKeepRecords, "how long records are kept after the last one of a room or person, in years or days (7y, 2600d)")
	f.DurationVar(&c.Drain, "drain", server.DefaultDrain, "over how long clients are sent away when the server ends")
}

// redisFlags are the flags of commands that may work on Redis.
func redisFlags(f *flag.FlagSet, c *server.Config) {
	f.StringVar(&c.Redis, "redis", "", "address of the Redis that several servers share: redis://HOST:6379, rediss:// for TLS, redis+sentinel://HOST:26379,HOST:26379/NAME (default: none, everything is in the data folder)")
	f.StringVar(&c.RedisCA, "redis-ca", "", "file of the authority that signed Redis's certificate (PEM; default: the system's)")
	f.IntVar(&c.RedisReplicas, "redis-replicas", 0, "how many replicas of Redis must have a message before it counts as saved")
	f.BoolVar(&c.InsecureRedis, "insecure-redis", false, "serve on a Redis that may lose everything")
}

func serve(ctx context.Context, e *environment) error {
	var c server.Config
	f := newFlags()
	serveFlags(f, &c)
	if _, err := e.parse(f, 0); err != nil {
		return err
	}
	c.CallSecret = e.getenv("KITH_CALL_SECRET")
	if err := refuseDemo(c.Data); err != nil {
		return err
	}
	c.Out, c.Logger = e.stdout, slog.New(slog.NewTextHandler(e.stderr, utc))
	s, err := server.New(c)
	if err != nil {
		return err
	}
	return s.Run(ctx)
}

// utc writes times of the log in UTC.
var utc = &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Time(slog.TimeKey, a.Value.Time().UTC())
	}
	return a
}}
