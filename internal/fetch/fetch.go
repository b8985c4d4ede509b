// Package fetch is for one polite HTTP request: paced per bucket, retried a few
// times, its secret kept out of every error.
//
// It may not know what an answer means: that is asked of the Judge it is given.
// The one rule it keeps: the same request is never sent more than three times.
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

// Tries is how often a request is sent at most, the first time included.
const Tries = 3

// defaultLockTimeout is how long a stated wait is sat out before it is handed up.
const defaultMaxWait = 15 * time.Minute

// Request is one question. The secret travels in the Authorization header and
// nowhere else.
type Request struct {
	Method string
	URL    string     // without query
	Query  url.Values // for GET
	Form   url.Values // for POST
	Secret adtally.Secret
	// Buckets are the budgets that the request draws on. Requests of a bucket
	// wait together.
	Buckets []string
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

// Gauge reads from an answer, and from what the Judge said of it, how full the
// budgets are: on every answer, errors included.
type Gauge func(Request, Answer, error) []Load

// repeater is an error that knows whether it is the same as the one before, and so
// will be the next time.
type repeater interface {
	error
	Repeats(before error) bool
}

// Client sends requests. The zero Client with a Judge is ready; it may be used
// by many goroutines.
type Client struct {
	HTTP  *http.Client
	Judge Judge
	Gauge Gauge // nil = nothing is known of budgets, and a Wait closes the request's buckets
	// MaxWait is how long a closed bucket is waited for; a quarter of an hour
	// when zero.
	MaxWait time.Duration
	// Waiting is told when a request waits for its bucket.
	Waiting func(Wait)
	// Backoff paces retries; nil means exponential from half a second.
	Backoff func() backoff.BackOff

	pacer pacer
}

// Do sends a request until it is answered well, up to Tries times. The error is
// the last one, and holds no secret.
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

// again decides whether an error is worth another try. How long a wait is goes by
// the clock of the answer, as its end does.
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

// Used is how full the fullest of some budgets is, 1 = all of it, as the server
// said last; not known where nothing was asked yet.
func (c *Client) Used(buckets []string) (share float64, known bool) { return c.pacer.used(buckets) }

// Observe takes in what an answer says that came inside another one.
func (c *Client) Observe(r Request, a Answer, judged error) {
	c.pacer.learn(c.loads(r, a, judged), time.Now())
}

// loads is what is learned from an answer. A good one that says nothing of a
// bucket shows that it is open.
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
		return &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "The platform allows no more calls for now",
			Hint: "Nothing is lost; the same command goes on where it stopped.", Until: closed.Until, Err: err}
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
		return nil, &adtally.Fault{Act: adtally.Configure, Code: "bad_address", Message: "The address of the API is not a URL", Hint: "Check --graph-url.", Err: err}
	}
	req.Header.Set("Accept-Encoding", "gzip") // said here, so that readBody unpacks it
	if r.Method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if !r.Secret.IsZero() {
		req.Header.Set("Authorization", "Bearer "+r.Secret.Reveal())
	}
	return req, nil
}

// Now is the clock that waits go by.
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
