package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/kith-chat/kith/server/eventlog"
)

// refusals are what Redis says when it refuses a command, by how the text begins,
// and what that means to the person who runs it. Redis's own text is not passed on:
// it can repeat arguments.
var refusals = []struct{ prefix, means string }{
	{"OOM", "Redis has no memory left: give it more with maxmemory"},
	{"MISCONF", "Redis cannot write to its disk: look at its log"},
	{"NOREPLICAS", "Redis has fewer replicas than its min-replicas-to-write asks for"},
	{"READONLY", "this Redis is a replica: give the address of the primary, or of the Sentinels"},
	{"LOADING", "Redis is still reading its file"},
	{"MASTERDOWN", "this Redis is a replica without its primary"},
	{"BUSY", "Redis is busy with somebody's script"},
	{"NOAUTH", "Redis wants a password: put it into the address"},
	{"WRONGPASS", "Redis does not know this user and password"},
	{"NOPERM", "Redis's access list does not allow what Kith needs: kith doctor names it"},
	{"WRONGTYPE", "a key of Kith's in Redis is not what Kith made of it"},
	{"KITHOTHER", "this Redis no longer holds the programme it held when this server started: " +
		"it was emptied or exchanged; stop the servers and put the right data back"},
	{"KITHBROKEN", "what Kith keeps in Redis does not fit together: it was changed by somebody else, or not wholly restored"},
}

// asStoreError puts a client's error into the words of the contract. Whatever it
// is, the call may have been carried out, unless Redis itself refused it.
func asStoreError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		return fmt.Errorf("%w: %w", eventlog.ErrUnavailable, ended)
	}
	if _, refused := errors.AsType[redis.Error](err); refused {
		return fmt.Errorf("%w: %s", eventlog.ErrUnavailable, meaning(err.Error()))
	}
	if errors.Is(err, redis.ErrClosed) {
		return errClosed
	}
	return fmt.Errorf("%w: Redis cannot be reached", eventlog.ErrUnavailable)
}

func meaning(text string) string {
	for _, r := range refusals {
		if strings.HasPrefix(text, r.prefix) {
			return r.means
		}
	}
	code, _, _ := strings.Cut(text, " ")
	return "Redis refused with " + code
}
