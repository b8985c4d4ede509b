package ask

import (
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	ddb "github.com/duckdb/duckdb-go/v2"
)

// textOfValue returns a value as DuckDB prints it. Lists, structs and maps are JSON.
func textOfValue(v driver.Value, kind string) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case ddb.Decimal:
		return decimal(v)
	case *big.Int:
		return v.String()
	case time.Time:
		return moment(v, kind)
	case ddb.Interval:
		return interval(v)
	case ddb.Union:
		return textOfValue(v.Value, "")
	case []byte:
		if kind == "UUID" && len(v) == 16 {
			return uuid(v)
		}
		return `\x` + hex.EncodeToString(v)
	case fmt.Stringer:
		return v.String()
	case int8, int16, int32, int64, uint8, uint16, uint32, uint64, int, uint:
		return fmt.Sprint(v)
	}
	text, err := json.Marshal(plain(v))
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// decimal keeps the zeros at the end, as the type says.
func decimal(d ddb.Decimal) string {
	digits := new(big.Int).Abs(d.Value).String()
	scale := int(d.Scale)
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	text := digits[:len(digits)-scale]
	if scale > 0 {
		text += "." + digits[len(digits)-scale:]
	}
	if d.Value.Sign() < 0 {
		text = "-" + text
	}
	return text
}

func moment(t time.Time, kind string) string {
	t = t.UTC()
	switch {
	case kind == "DATE":
		return t.Format(time.DateOnly)
	case strings.HasPrefix(kind, "TIMESTAMP") && strings.Contains(kind, "TZ"), kind == "TIMESTAMP WITH TIME ZONE":
		return t.Format("2006-01-02 15:04:05.999999999+00")
	case strings.HasPrefix(kind, "TIMESTAMP"):
		return t.Format("2006-01-02 15:04:05.999999999")
	case strings.HasPrefix(kind, "TIME"):
		return t.Format("15:04:05.999999")
	}
	return t.Format(time.RFC3339Nano)
}

func interval(i ddb.Interval) string {
	var parts []string
	if i.Months != 0 {
		parts = append(parts, fmt.Sprintf("%d months", i.Months))
	}
	if i.Days != 0 {
		parts = append(parts, fmt.Sprintf("%d days", i.Days))
	}
	if i.Micros != 0 || len(parts) == 0 {
		parts = append(parts, (time.Duration(i.Micros) * time.Microsecond).String())
	}
	return strings.Join(parts, " ")
}

func uuid(b []byte) string {
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// plain makes nested values fit for JSON: numbers keep all digits.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, one := range v {
			out[name] = plain(one)
		}
		return out
	case ddb.Decimal:
		return json.RawMessage(decimal(v))
	case *big.Int:
		return json.RawMessage(v.String())
	case time.Time, ddb.Interval, []byte, ddb.Union:
		return textOfValue(v, "TIMESTAMP")
	}
	return v
}
