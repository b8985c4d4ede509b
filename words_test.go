package adtally_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"adtally"
)

func TestSecret_IsNeverPrinted(t *testing.T) {
	t.Parallel()
	s := adtally.NewSecret("EAAtopsecret")
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", s, "in", struct{ S adtally.Secret }{s})
	said := log.String() + errors.Join(fmt.Errorf("with %v", s)).Error()
	type hidden struct{ s adtally.Secret }
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t", "%e"} {
		said += fmt.Sprintf(verb+verb+verb, s, &s, struct{ S adtally.Secret }{s})
		// Verbs that do not fit, and fields that fmt cannot format.
		said += fmt.Sprintf(verb+verb+verb, hidden{s}, struct{ P *hidden }{&hidden{s}}, []any{&hidden{s}, map[string]any{"k": hidden{s}}})
	}
	if strings.Contains(said, "topsecret") || strings.Contains(said, fmt.Sprintf("%x", "topsecret")) || !strings.Contains(said, "[secret]") {
		t.Errorf("it says %s", said)
	}
	if raw, err := json.Marshal(s); err == nil {
		t.Errorf("it became JSON: %s", raw)
	}
	if s.Reveal() != "EAAtopsecret" || s.IsZero() || !(adtally.Secret{}).IsZero() {
		t.Error("Reveal does not return the secret")
	}
}

func TestDayOf_UsesTheZone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 29, 10, 30, 0, 0, time.UTC)
	for zone, want := range map[string]string{"Pacific/Kiritimati": "2026-03-30", "Pacific/Honolulu": "2026-03-29", "Europe/Prague": "2026-03-29"} {
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		day := adtally.DayOf(at, place)
		if day.String() != want {
			t.Errorf("in %s it is %s, want %s", zone, day, want)
		}
		next := day + 1
		if start := day.Start(place); start.After(at) || !next.Start(place).After(at) {
			t.Errorf("in %s the day begins %s and the next %s, and it is %s", zone, start, next.Start(place), at)
		}
	}
}

func TestDay_ParseAndString(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1970-01-01", "2024-02-29", "2026-12-31"} {
		day, err := adtally.ParseDay(text)
		if err != nil || day.String() != text {
			t.Errorf("%s became %s, %v", text, day, err)
		}
	}
	for _, text := range []string{"", "May", "2026-02-30", "2026-1-1", "2026-01-01T00:00:00Z"} {
		if day, err := adtally.ParseDay(text); err == nil {
			t.Errorf("%q became %s", text, day)
		}
	}
	day, _ := adtally.ParseDay("2026-03-31")
	if got := day.AddMonths(-37).String(); got != "2023-03-03" {
		t.Errorf("37 months before 2026-03-31 is %s", got)
	}
}

func TestWindow_IsHalfOpen(t *testing.T) {
	t.Parallel()
	w := adtally.WindowOf(10, 12)
	if w.Days() != 3 || w.Last() != 12 || !w.Contains(10) || !w.Contains(12) || w.Contains(13) || w.Contains(9) {
		t.Errorf("%s: %d days to %s", w, w.Days(), w.Last())
	}
	if !w.Covers(adtally.WindowOf(11, 12)) || w.Covers(adtally.WindowOf(11, 13)) || !(adtally.Window{}).IsZero() || w.IsZero() {
		t.Error("Covers or IsZero is wrong")
	}
}

func TestFaultOf_WrappedFaultsAndOtherErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	fault := &adtally.Fault{Act: adtally.Wait, Message: "Too much", Err: cause}
	wrapped := fmt.Errorf("slice: %w", fault)
	if adtally.FaultOf(wrapped) != fault || !errors.Is(wrapped, cause) {
		t.Errorf("%v is not found in %v", fault, wrapped)
	}
	if f := adtally.FaultOf(cause); f.Act != adtally.Bug || f.Error() != "cause" {
		t.Errorf("%+v", f)
	}
	if adtally.FaultOf(nil) != nil {
		t.Error("a nil error has a fault")
	}
}
