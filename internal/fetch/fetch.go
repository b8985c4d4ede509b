// Package fetch is for one polite HTTP request: paced per bucket, retried a few
// times, its secret kept out of every error.
//
// It may not know what an answer means: that is asked of the Judge it is given.
// The one rule it keeps: the same request is never sent more than three times.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"adtally"
)

// Tries is how often a request is sent at most, the first time included.
const Tries = 3

// maxBody bounds an answer; a page of 500 wide rows is about 1 MB.
const maxBody = 256 << 20

// patience is how long a stated wait is sat out before it is handed up.
const patience = 15 * time.Minute

// Request is one question. The secret travels in the Authorization header and
// nowhere else.
type Request struct {
	Method string
	URL    string     // without query
	Query  url.Values // for GET
	Form   url.Values // for POST
	Secret adtally.Secret
	Bucket string // requests of one bucket wait together
}

// Answer is what came back, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time // the server's own clock, ours where it tells none
}

// Judge turns an answer into an error, usually an adtally.Fault; nil means that
// the answer is good.
type Judge func(Answer) error

// Client sends requests. The zero Client with a Judge is ready; it may be used
// by many goroutines.
type Client struct {
	HTTP  *http.Client
	Judge Judge
	// Backoff paces retries; nil means exponential from half a second.
	Backoff func() backoff.BackOff

	mu    sync.Mutex
	until map[string]time.Time
}

// Do sends a request until it is answered well, up to Tries times. The error is
// the last one, and holds no secret.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	op := func() (Answer, error) {
		a, err := c.once(ctx, r)
		return a, c.again(r, err)
	}
	a, err := backoff.Retry(ctx, op, backoff.WithBackOff(c.pace()), backoff.WithMaxTries(Tries), backoff.WithMaxElapsedTime(0))
	if cause := context.Cause(ctx); cause != nil && err != nil {
		return a, cause
	}
	return a, scrub(err, r.Secret)
}

func (c *Client) pace() backoff.BackOff {
	if c.Backoff != nil {
		return c.Backoff()
	}
	return backoff.NewExponentialBackOff()
}

// again decides whether an error is worth another try.
func (c *Client) again(r Request, err error) error {
	if err == nil {
		return nil
	}
	switch f := adtally.FaultOf(err); {
	case f.Act == adtally.Retry:
		return err
	case f.Act == adtally.Wait && time.Until(f.Until) < patience:
		c.hold(r.Bucket, f.Until)
		return err
	default:
		return backoff.Permanent(err)
	}
}

func (c *Client) once(ctx context.Context, r Request) (Answer, error) {
	if err := c.turn(ctx, r.Bucket); err != nil {
		return Answer{}, err
	}
	req, err := r.build(ctx)
	if err != nil {
		return Answer{}, err
	}
	res, err := c.http().Do(req)
	if err != nil {
		return Answer{}, unreachable(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return Answer{}, unreachable(err)
	}
	a := Answer{Status: res.StatusCode, Header: res.Header, Body: body, At: clock(res.Header)}
	return a, c.Judge(a)
}

func (c *Client) http() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return http.DefaultClient
}

func (r Request) build(ctx context.Context) (*http.Request, error) {
	target := r.URL
	if len(r.Query) > 0 {
		target += "?" + r.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, target, strings.NewReader(r.Form.Encode()))
	if err != nil {
		return nil, &adtally.Fault{Act: adtally.Configure, Code: "bad_address", Message: "The address of the API is not a URL", Hint: "Check --graph-url.", Err: err}
	}
	if r.Method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Authorization", "Bearer "+r.Secret.Reveal())
	return req, nil
}

// turn waits until the bucket may be used again.
func (c *Client) turn(ctx context.Context, bucket string) error {
	c.mu.Lock()
	wait := time.Until(c.until[bucket])
	c.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *Client) hold(bucket string, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.until == nil {
		c.until = map[string]time.Time{}
	}
	if until.After(c.until[bucket]) {
		c.until[bucket] = until
	}
}

func clock(h http.Header) time.Time {
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		return t
	}
	return time.Now()
}

func unreachable(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &adtally.Fault{Act: adtally.Retry, Code: "unreachable", Message: "The API could not be reached",
		Hint: "Check the network; the same command goes on where it stopped.", Err: err}
}

// scrub takes the secret out of an error. An error that does not hold it is
// left as it is, so that errors.As still finds what is inside.
func scrub(err error, s adtally.Secret) error {
	if err == nil || s.IsZero() || !strings.Contains(err.Error(), s.Reveal()) {
		return err
	}
	clean := func(text string) string { return strings.ReplaceAll(text, s.Reveal(), s.String()) }
	f := *adtally.FaultOf(err)
	f.Message, f.Hint = clean(f.Message), clean(f.Hint)
	if f.Err != nil {
		f.Err = fmt.Errorf("%s", clean(f.Err.Error()))
	}
	return &f
}
