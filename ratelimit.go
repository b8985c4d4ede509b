package adtally

import (
	"fmt"
	"math"
	"time"
)

// RateLimitWait describes how a rate limit holds back calls to a platform.
type RateLimitWait struct {
	Account string        // empty for all accounts
	Budget  string        // what the platform limits, such as "for reports of the account"
	Until   time.Time     // when the next call is made
	Used    float64       // the share of the budget in use, as the platform last said; 1 = all, 0 = unknown
	Spaced  time.Duration // the delay between calls; zero: no calls before Until
}

// Who names the account that waits.
func (w RateLimitWait) Who() string {
	if w.Account == "" {
		return "Every account"
	}
	return "act_" + w.Account
}

// Sentence describes the wait, its end and the share of the budget in use.
func (w RateLimitWait) Sentence(platform string) string {
	used := ""
	if w.Used > 0 {
		used = fmt.Sprintf(": %s of the budget %s is used", percent(w.Used), w.Budget)
	}
	if w.Spaced > 0 {
		return fmt.Sprintf("%s calls %s more slowly, once every %s%s. It speeds up again automatically.", w.Who(), platform, w.Spaced.Round(100*time.Millisecond), used)
	}
	return fmt.Sprintf("%s waits for %s until %s%s. Nothing is lost.", w.Who(), platform, w.Until.Local().Format("15:04"), used)
}

// Short describes the wait in a few words.
func (w RateLimitWait) Short(platform string) string {
	if w.Spaced > 0 {
		return fmt.Sprintf("%s at %s of %s's budget, slower", w.Who(), percent(w.Used), platform)
	}
	return fmt.Sprintf("%s waits for %s until %s", w.Who(), platform, w.Until.Local().Format("15:04"))
}

// WorseThan reports whether a person who was told of o should be told again: calls were
// spaced out and have stopped, they stop for at least a minute longer, or another tenth of
// the budget is used.
func (w RateLimitWait) WorseThan(o RateLimitWait) bool {
	if w.Spaced > 0 {
		return o.Spaced > 0 && w.Used >= o.Used+0.1
	}
	return o.Spaced > 0 || w.Until.Sub(o.Until) > time.Minute
}

// percent formats a share, rounded down so that it shows 100 % only when nothing is left.
func percent(share float64) string { return fmt.Sprintf("%.0f %%", math.Floor(share*100+1e-9)) }
