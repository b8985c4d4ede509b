package adtally

import (
	"fmt"
	"math"
	"time"
)

// RateLimitWait is what holds calls to a platform back for a while.
type RateLimitWait struct {
	Account string        // "" = all accounts
	Budget  string        // what the platform counts, such as "for reports of the account"
	Until   time.Time     // the next call goes out then
	Used    float64       // of that budget, as the platform said last; 1 = all of it, 0 = it did not say
	Spaced  time.Duration // calls go out so far apart; zero = none goes out before Until
}

// Who names the account that waits.
func (w RateLimitWait) Who() string {
	if w.Account == "" {
		return "Every account"
	}
	return "act_" + w.Account
}

// Sentence says what is waited for, until when, and at what share of which budget.
func (w RateLimitWait) Sentence(platform string) string {
	used := ""
	if w.Used > 0 {
		used = fmt.Sprintf(": %s of the budget %s is used", percent(w.Used), w.Budget)
	}
	if w.Spaced > 0 {
		return fmt.Sprintf("%s asks %s more slowly, a call every %s%s. It goes faster again by itself.", w.Who(), platform, w.Spaced.Round(100*time.Millisecond), used)
	}
	return fmt.Sprintf("%s waits for %s until %s%s. Nothing is lost.", w.Who(), platform, w.Until.Local().Format("15:04"), used)
}

// Short says the same in a few words.
func (w RateLimitWait) Short(platform string) string {
	if w.Spaced > 0 {
		return fmt.Sprintf("%s at %s of %s's budget, slower", w.Who(), percent(w.Used), platform)
	}
	return fmt.Sprintf("%s waits for %s until %s", w.Who(), platform, w.Until.Local().Format("15:04"))
}

// WorseThan says whether a person who was told of o should be told again: calls
// stop that were only spaced, stop for a minute longer, or the budget has filled
// by another tenth.
func (w RateLimitWait) WorseThan(o RateLimitWait) bool {
	if w.Spaced > 0 {
		return o.Spaced > 0 && w.Used >= o.Used+0.1
	}
	return o.Spaced > 0 || w.Until.Sub(o.Until) > time.Minute
}

// percent is a share of a budget, rounded down so that it never says that all is
// used while something is left.
func percent(share float64) string { return fmt.Sprintf("%.0f %%", math.Floor(share*100+1e-9)) }
