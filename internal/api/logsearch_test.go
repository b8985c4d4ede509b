package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally"
)

// A log is searched by text and level, and downloaded in full or filtered.
func TestLog_SearchAndDownload(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	at := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	lines := []adtally.LogLine{
		{Run: "r1", At: at, Level: "info", Code: "begun", Message: "The run begins"},
		{Run: "r1", At: at, Level: "warn", Account: "7", Stream: "ads", Code: "throttled", Message: "Too MUCH of 100%", Detail: "at\nonce\x1b[2J"},
		{Run: "r1", At: at, Level: "error", Account: "8", Code: "token_expired", Message: "It is dead"},
		{Run: "r2", At: at, Level: "error", Code: "x", Message: "Another run's too much"},
	}
	for i := range 2100 {
		lines = append(lines, adtally.LogLine{Run: "r1", At: at, Level: "info", Code: "rows", Message: fmt.Sprint("row ", i)})
	}
	err := errors.Join(h.database.BeginRun(ctx, adtally.Run{ID: "r1", Source: "s", Started: at, State: adtally.Finished}), h.database.AppendLog(ctx, lines...))
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"text=too+much": "throttled", "text=100%25": "throttled", "text=0%25+x": "", "text=TOKEN_": "token_expired", "text=t_ken": "", "text=ads": "throttled",
		"level=error": "token_expired", "level=warn&text=dead": "", "text=once": "throttled", "level=error&text=DEAD": "token_expired",
	} {
		var got struct{ Items []struct{ Code string } }
		h.ask("GET", "/api/v1/runs/r1/log?"+query, "").is(http.StatusOK).into(&got)
		var codes []string
		for _, l := range got.Items {
			codes = append(codes, l.Code)
		}
		same(t, query, strings.Join(codes, ","), want)
	}
	h.ask("GET", "/api/v1/runs/r1/log?level=loud", "").refused(http.StatusUnprocessableEntity, "invalid")
	h.ask("GET", "/api/v1/runs/none/log.txt", "").refused(http.StatusNotFound, "not_found")
	file := h.ask("GET", "/api/v1/runs/r1/log.txt", "").is(http.StatusOK)
	text := strings.Split(strings.TrimSuffix(file.Body.String(), "\n"), "\n")
	if len(text) != 2103 || text[1] != "2026-06-02T10:00:00Z\twarn\t7\tads\tthrottled\tToo MUCH of 100% | at once[2J" || file.Header().Get("Content-Disposition") != `attachment; filename="run-r1.log"` || !strings.HasPrefix(file.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%d lines, %q, %v", len(text), text[1], file.Header())
	}
	same(t, "what is found, as a file", strings.Count(h.ask("GET", "/api/v1/runs/r1/log.txt?level=error", "").Body.String(), "\n"), 1)
}
