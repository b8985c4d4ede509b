// Package fetch sends HTTP requests politely: it paces them per rate-limit bucket, retries
// them, and keeps the secret out of every error.
//
// It does not know what a response means; a Judge decides that. It never sends the same
// request more than three times.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"adtally"
)

// Tries is the maximum number of times that a request is sent, including the first.
const Tries = 3

// defaultMaxWait is the longest announced wait that Do sits out instead of returning the fault.
const defaultMaxWait = 15 * time.Minute

// Request is one request. The secret is sent in the Authorization header only.
type Request struct {
	Method string
	URL    string     // without the query
	Query  url.Values // for GET
	Form   url.Values // for POST
	Secret adtally.Secret
	// Buckets are the rate limits that the request counts against. Requests of the same bucket
	// wait together.
	Buckets []string
}

// Answer is a response of any status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time // the server's time, or ours if it sends none
}

// Judge turns a response into an error, usually an adtally.Fault, or nil if the response is good.
type Judge func(Answer) error

// Gauge reads from a response, and from the Judge's error, how full the buckets are. It is
// called for every response.
type Gauge func(Request, Answer, error) []Load

// repeater is an error that can tell whether it is the same as the previous one. Such a
// request is not retried.
type repeater interface {
	error
	Repeats(before error) bool
}

// Client sends requests. A Client needs only a Judge. It is safe for concurrent use.
type Client struct {
	HTTP  *http.Client
	Judge Judge
	Gauge Gauge // nil: a Wait closes the request's buckets, and nothing else is known
	// MaxWait is the longest time to wait for a closed bucket; zero means 15 minutes.
	MaxWait time.Duration
	// Waiting is called when a request waits for its bucket.
	Waiting func(Wait)
	// Backoff paces retries; nil means exponential from half a second.
	Backoff func() backoff.BackOff

	pacer pacer
}

// Do sends a request until the Judge accepts the response, at most Tries times. The error
// is the last one and does not contain the secret.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	var before error
	op := func() (Answer, error) {
		a, err := c.once(ctx, r)
		if repeats, ok := errors.AsType[repeater](err); ok && before != nil && repeats.Repeats(before) {
			return a, backoff.Permanent(err)
		}
		before = err
		return a, c.again(err, a.At)
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

// again decides whether to retry. The length of a wait is measured by the clock of the
// response, because its end is.
func (c *Client) again(err error, at time.Time) error {
	if err == nil {
		return nil
	}
	f := adtally.FaultOf(err)
	if f.Act == adtally.Retry || f.Act == adtally.Wait && f.Until.Sub(at) <= c.maxWait() {
		return err
	}
	return backoff.Permanent(err)
}

func (c *Client) maxWait() time.Duration { return cmp.Or(c.MaxWait, defaultMaxWait) }

// Used returns the share of the fullest of some buckets, 1 = full, as the server last
// said. known is false if nothing was requested yet.
func (c *Client) Used(buckets []string) (share float64, at time.Time, known bool) {
	return c.pacer.used(buckets)
}

// Observe takes note of the rate limits in a response that was inside another one, as in a batch.
func (c *Client) Observe(r Request, a Answer, judged error) {
	c.pacer.learn(c.loads(r, a, judged), time.Now())
}

// loads returns the state of the buckets. A good response that says nothing about a bucket
// shows that it is open.
func (c *Client) loads(r Request, a Answer, judged error) (loads []Load) {
	f := adtally.FaultOf(judged)
	for _, name := range r.Buckets {
		switch {
		case f == nil:
			loads = append(loads, Load{Bucket: name})
		case f.Act == adtally.Wait && c.Gauge == nil:
			loads = append(loads, Load{Bucket: name, For: time.Until(f.Until)})
		}
	}
	if c.Gauge != nil {
		loads = append(loads, c.Gauge(r, a, judged)...)
	}
	return loads
}

// turn waits for the request's buckets.
func (c *Client) turn(ctx context.Context, r Request) error {
	err := c.pacer.turn(ctx, r.Buckets, c.maxWait(), c.Waiting)
	if closed, ok := errors.AsType[*tooLong](err); ok {
		return &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "The platform's rate limit is reached",
			Hint: "Nothing is lost. The next sync continues where this one stopped.", Until: closed.Until, Err: err}
	}
	return err
}

func (c *Client) once(ctx context.Context, r Request) (Answer, error) {
	if err := c.turn(ctx, r); err != nil {
		return Answer{}, err
	}
	req, err := r.build(ctx)
	if err != nil {
		return Answer{}, err
	}
	adtally.MeterOf(ctx).Add(1, 0)
	res, err := c.http().Do(req)
	if err != nil {
		return Answer{}, unreachable(err)
	}
	defer res.Body.Close()
	body, err := readBody(res)
	adtally.MeterOf(ctx).Add(0, int64(len(body)))
	if err != nil {
		return Answer{}, unreachable(err)
	}
	a := Answer{Status: res.StatusCode, Header: res.Header, Body: body, At: clock(res.Header)}
	err = c.Judge(a)
	c.Observe(r, a, err)
	return a, err
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
		return nil, &adtally.Fault{Act: adtally.Configure, Code: "bad_address", Message: "The address of the API is not a valid URL", Hint: "Check --graph-url.", Err: err}
	}
	req.Header.Set("Accept-Encoding", "gzip") // set here, so that readBody decompresses
	if r.Method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if !r.Secret.IsZero() {
		req.Header.Set("Authorization", "Bearer "+r.Secret.Reveal())
	}
	return req, nil
}

// Now is the clock for waits.
func (*Client) Now() time.Time { return time.Now() }

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
		Hint: "Check the network. The next sync continues where this one stopped.", Err: err}
}

// scrub removes the secret from an error. An error without it is returned unchanged, so
// that errors.As still works.
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
