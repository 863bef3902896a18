; Catch: twenty balls fall, one at a time. Move the plate left and right, and be where they land.

caught = $80            ; balls caught, decimal
missed = $81            ; balls missed, decimal
left = $82              ; balls that are still to come, this one included
isOver = $83            ; 1 when all have fallen
chance = $84            ; state of the generator of places, never 0
plateX = $85
ballX = $86
ballY = $87

TOP = 8                 ; where a ball begins
GROUND = 168            ; where it meets the plate
SPEED = 3               ; pixels per frame, of ball and plate
BALLS = 20

start:
 sei
 cld
 ldx #$ff
 txs
 lda #0
clear:
 sta $00,x
 dex
 bne clear
 sta $00
 lda INTIM
 ora #1
 sta chance
 jsr newGame

frame:
 lda #2
 sta VSYNC
 sta WSYNC
 sta WSYNC
 sta WSYNC
 lda #0
 sta VSYNC
 lda #43                ; 37 lines until the picture begins
 sta TIM64T
 lda #2
 sta VBLANK

 lda SWCHB
 and #1
 bne play
 jsr newGame
play:
 lda isOver
 bne place
 jsr movePlate
 jsr moveBall
place:
 lda plateX
 ldx #0
 jsr setX
 lda ballX
 ldx #1
 jsr setX
 sta WSYNC
 sta HMOVE
 lda #$05               ; a plate of 16 pixels
 sta NUSIZ0
 lda #$1c
 sta COLUP0
 lda #$0e
 sta COLUP1
 lda #$84
 sta COLUBK
 lda #$c4
 sta COLUPF
waitTop:
 lda INTIM
 bne waitTop
 sta WSYNC
 sta VBLANK

; 192 lines. The shape of each object is chosen by its distance from the line.
 ldy #0
line:
 sta WSYNC
 tya
 sec
 sbc ballY
 cmp #8
 bcs noBall
 tax
 lda ballShape,x
 bcc showBall
noBall:
 lda #0
showBall:
 sta GRP1
 lda #0
 cpy #GROUND + 8
 bcc showPlate
 cpy #GROUND + 14
 bcs showPlate
 lda #$ff
showPlate:
 sta GRP0
 cpy #GROUND + 16
 bcc showGround
 lda #$ff
 sta PF0
 sta PF1
 sta PF2
showGround:
 iny
 cpy #192
 bne line

 sta WSYNC
 lda #2
 sta VBLANK
 lda #0
 sta PF0
 sta PF1
 sta PF2
 sta GRP0
 sta GRP1
 ldx #29
below:
 sta WSYNC
 dex
 bne below
 jmp frame

newGame:
 lda #0
 sta caught
 sta missed
 sta isOver
 lda #BALLS
 sta left
 lda #76
 sta plateX
newBall:
 lda #TOP
 sta ballY
 lda chance             ; a shift register with the taps of x^8 + x^6 + x^5 + x^4 + 1
 lsr
 bcc keep
 eor #$b8
keep:
 sta chance
 and #$7f
 clc
 adc #12
 sta ballX
 rts

movePlate:
 lda SWCHA
 asl                    ; bit 7 is right, 0 while it is pressed
 bcs notRight
 lda plateX
 cmp #138
 bcs notRight
 adc #SPEED
 sta plateX
notRight:
 lda SWCHA
 asl
 asl                    ; bit 6 is left
 bcs notLeft
 lda plateX
 cmp #6
 bcc notLeft
 sbc #SPEED
 sta plateX
notLeft:
 rts

moveBall:
 lda ballY
 clc
 adc #SPEED
 sta ballY
 cmp #GROUND
 bcc falling
 lda ballX              ; caught when the ball, 8 pixels wide, touches the plate, 16 pixels wide
 clc
 adc #7
 sec
 sbc plateX
 cmp #23
 ldx #0
 bcc landed
 ldx #1
landed:
 sed
 lda caught,x
 clc
 adc #1
 sta caught,x
 cld
 dec left
 bne another
 inc isOver
another:
 jsr newBall
falling:
 rts

; Puts player X at pixel A: a coarse place by where the beam is, in steps of 15 pixels, and the rest by HMOVE.
setX:
 sta WSYNC
 sec
coarse:
 sbc #15
 bcs coarse
 eor #7
 asl
 asl
 asl
 asl
 sta HMP0,x
 sta RESP0,x
 rts

ballShape:
 .byte $3c, $7e, $ff, $ff, $ff, $ff, $7e, $3c

 .org $fffc
 .word start, start
