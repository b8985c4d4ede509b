package throttle_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally/internal/api/throttle"
)

var noon = time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)

func TestThrottle_WaitGrowsAfterFreeAttempts(t *testing.T) {
	t.Parallel()
	l, now := throttle.New(), noon
	var waits []time.Duration
	for range 12 {
		wait := l.Try("ana", "a", now)
		now = now.Add(wait)
		if again := l.Try("ana", "a", now); wait > 0 && again > 0 {
			t.Fatalf("after %s it still says %s", wait, again)
		}
		waits = append(waits, wait)
	}
	for i, w := range waits {
		if i > 0 && w < waits[i-1] || w > time.Minute {
			t.Errorf("the waits are %v", waits)
			break
		}
	}
	if waits[0] != 0 || waits[len(waits)-1] != time.Minute {
		t.Errorf("the waits are %v", waits)
	}
}

// However many strangers guess at an account, the first attempt from a new address is
// free.
func TestThrottle_FirstAttemptIsFree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, now := throttle.New(), noon
		for _, who := range rapid.SliceOfN(rapid.IntRange(0, 300), 0, 500).Draw(t, "addresses") {
			l.Try("ana", fmt.Sprint("stranger ", who), now)
			now = now.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "pause")) * time.Millisecond)
		}
		if wait := l.Try("ana", "home", now); wait > 0 {
			t.Fatalf("at home one must wait %s", wait)
		}
	})
}

func TestThrottle_ManyAddressesAtOneAccount(t *testing.T) {
	t.Parallel()
	l := throttle.New()
	for i := range 200 {
		l.Try("ana", fmt.Sprint(i), noon)
	}
	if wait := l.Try("ana", "7", noon); wait != time.Minute {
		t.Errorf("a second try must wait %s", wait)
	}
	if wait := l.Try("bob", "7", noon); wait != 0 {
		t.Errorf("at another account it must wait %s", wait)
	}
}

func TestThrottle_GoodResets(t *testing.T) {
	t.Parallel()
	l := throttle.New()
	for range 100 { // an office behind one address logs in in the morning
		if wait := l.Try("ana", "office", noon); wait > 0 {
			t.Fatalf("it must wait %s", wait)
		}
		l.Good("ana", "office")
	}
}

func TestThrottle_ForgetsAfterAnHour(t *testing.T) {
	t.Parallel()
	l := throttle.New()
	for range 10 {
		l.Try("ana", "a", noon)
	}
	if wait := l.Try("ana", "a", noon); wait == 0 {
		t.Error("nothing is to be waited for")
	}
	later := noon.Add(time.Hour + time.Minute)
	for i := range 4 {
		if wait := l.Try("ana", "a", later); wait > 0 {
			t.Errorf("try %d must wait %s", i, wait)
		}
	}
}

// The number of entries is limited, however many addresses are invented.
func TestThrottle_LimitsEntries(t *testing.T) {
	t.Parallel()
	l := throttle.New()
	for i := range 200_000 {
		l.Try(fmt.Sprint("u", i), fmt.Sprint(i), noon)
	}
	if n := l.Len(); n > 50_003 {
		t.Errorf("it remembers %d", n)
	}
}
