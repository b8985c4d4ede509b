package facebookads

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"adtally/internal/fetch"
	"adtally/internal/jsonread"
)

// malformed returns a refusal for an answer that is JSON but not what was requested.
// It is usually temporary.
func malformed(what string, err error) error {
	bad := refuse(rule{class: classBadAnswer}, nil, fetch.Answer{})
	bad.fault.Err = fmt.Errorf("%s: %w", what, cmp.Or(err, errors.New("the answer does not have the expected form")))
	return bad
}

// malformedPause is the delay before a request with a malformed answer is repeated.
const malformedPause = time.Second

// sendUntilRead sends a request until read accepts the answer, at most as often as any
// other request is sent.
func sendUntilRead(ctx context.Context, send func() (fetch.Answer, error), read func(fetch.Answer) error) (a fetch.Answer, err error) {
	for tries := 1; ; tries++ {
		if a, err = send(); err != nil {
			return a, err
		}
		if err = read(a); classOf(err) != classBadAnswer || tries == fetch.Tries {
			return a, err
		}
		if err := sleep(ctx, malformedPause<<tries); err != nil {
			return a, err
		}
	}
}

// readJSON decodes an answer; what describes the request for the error message.
func readJSON(what string, body []byte, into any) error {
	if err := json.Unmarshal(jsonread.Sanitized(body), into); err != nil {
		return malformed(what, err)
	}
	return nil
}
