package main

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// Spaces around --account values are ignored, and an account that is named twice, with or
// without act_, is read once.
func TestTrimmed_EachNameOnceWithoutSpaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, out []string }{
		{[]string{" act_1", "2 ", "\t3\n"}, []string{"act_1", "2", "3"}},
		{[]string{"act_1", "1", " act_1 ", "2", "act_2"}, []string{"act_1", "2"}},
		{[]string{"1", "act_1"}, []string{"1"}},
		{[]string{"", "  ", "all", " all"}, []string{"all"}},
		{[]string{"ads", " campaigns", "ads"}, []string{"ads", "campaigns"}},
		{nil, nil},
	} {
		if got := trimmed(c.in); !slices.Equal(got, c.out) {
			t.Errorf("%q: %q, want %q", c.in, got, c.out)
		}
	}
}

// crowd counts the accounts with concurrent calls.
type crowd struct {
	http.RoundTripper
	mu    sync.Mutex
	under map[string]int
	most  int
}

var inAccount = regexp.MustCompile(`/act_(\d+)/`)

func (c *crowd) RoundTrip(r *http.Request) (*http.Response, error) {
	if m := inAccount.FindStringSubmatch(r.URL.Path); m != nil {
		c.count(m[1], 1)
		defer c.count(m[1], -1)
	}
	return c.RoundTripper.RoundTrip(r)
}

func (c *crowd) count(account string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.under[account] += n; c.under[account] == 0 {
		delete(c.under, account)
	}
	c.most = max(c.most, len(c.under))
}

func TestSync_ConcurrencyIsHowManyAccountsAreReadAtOnce(t *testing.T) {
	t.Parallel()
	slow := graphsim.Options{Latency: map[string]time.Duration{"*": 200 * time.Millisecond}}
	inBubble(t, slow, "accounts=6,ads=1,days=3", func(t *testing.T, b *bubble) {
		for flag, want := range map[string]int{"": accountsAtOnce, "1": 1, "3": 3} {
			c := &crowd{RoundTripper: b.sim.Transport(), under: map[string]int{}}
			b.http = &http.Client{Transport: c}
			args := []string{"--tables", "ads,campaigns", "--reread"}
			if flag != "" {
				args = append(args, "--concurrency", flag)
			}
			if d := b.sync(t, args...); d.code != 0 || c.most != want {
				t.Errorf("--concurrency %q: %d accounts at once, want %d; exit code %d %s", flag, c.most, want, d.code, d.err)
			}
			time.Sleep(time.Minute) // of the bubble's: what was asked in this second is not due
		}
		for _, wrong := range []string{"0", "-1", "33"} {
			if d := b.sync(t, "--concurrency="+wrong); d.code != exitConfigure || !strings.Contains(d.err, "Use 1 to 32.") {
				t.Errorf("--concurrency %s: %d %s", wrong, d.code, d.err)
			}
		}
	})
}

// Days that were read with other fields are read again, once. Fields that are not requested
// are NULL and not gaps.
func TestSync_FieldsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=2,days=90", func(t *testing.T, b *bubble) {
		args := []string{"--tables", " basic_ad , basic_account", "--since", "2026-04-01", "--until", "2026-04-05"}
		const count = `SELECT count(*), count(spend), count(impressions), count(clicks), count(reach), count(ad_id) FROM facebook_ads.basic_ad`
		run := func(n int, want string, more ...string) {
			d := b.sync(t, append(slices.Clone(args), more...)...)
			if d.code != 0 || d.Slices != n || d.Gaps > 0 || len(d.Drifts) > 0 {
				t.Errorf("%v: exit code %d, %d slices, want %d, %d gaps, %v\n%s", more, d.code, d.Slices, n, d.Gaps, d.Drifts, d.err)
			}
			got := ask(t, b.file, count)[0]
			for i, c := range want {
				if some := got[i] != "0"; some != (c == 'y') {
					t.Errorf("%v: %v, want %s", more, got, want)
				}
			}
			time.Sleep(time.Minute) // of the bubble's
		}
		run(2, "yyyyyy")
		run(1, "yyynny", "--fields", "basic_ad=spend,impressions")
		run(0, "yyynny", "--fields", "basic_ad=impressions, spend")
		run(1, "yyynyy", "--fields", "basic_ad=-clicks")
		run(1, "yyyyyy")
		run(0, "yyyyyy")
		if d := b.sync(t, append(slices.Clone(args), "--fields", "basic_ad")...); d.code != exitConfigure || !strings.Contains(d.err, "names no table") {
			t.Errorf("%d %s", d.code, d.err)
		}
	})
}
