"""Mails from outside, as mail programs and servers write them."""

from email.message import EmailMessage


def reply_to(mail: EmailMessage, text: str = "Yes, gladly", **headers: str) -> bytes:
    """What a candidate's mail program sends when they answer."""
    answer = EmailMessage()
    answer["From"] = "Ada <ada@example.org>"
    answer["To"] = headers.pop("to", mail["Reply-To"])
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Message-ID"] = headers.pop("message_id", "<answer-1@example.org>")
    answer["In-Reply-To"] = mail["Message-ID"]
    for name, value in headers.items():
        answer[name.replace("_", "-")] = value
    answer.set_content(text)
    return answer.as_bytes()


def bounce_of(mail: EmailMessage, status: str = "5.1.1", action: str = "failed") -> bytes:
    """What a mail server reports to the address that returns go to (RFC 3464)."""
    return REPORT.format(
        to=mail["Return-Path"].strip("<>"),
        status=status,
        action=action,
        returned="\n".join(f"{name}: {value}" for name, value in mail.items()),
    ).encode()


REPORT = """\
From: MAILER-DAEMON@example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <report-{status}-{action}@example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: text/rfc822-headers

{returned}

--b--
"""
