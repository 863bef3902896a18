; Bricks: a ball, a paddle and a wall of 96 bricks. Break them all; three balls are there. The left difficulty switch halves the
; paddle.

score = $80             ; bricks broken, decimal, two bytes, the lower first
lives = $82             ; balls left, this one included
isOver = $83            ; 1 when they are lost or the wall is gone
chance = $84            ; state of the generator of serves, never 0
paddleX = $85
ballX = $86
ballY = $87
speedX = $88            ; signed pixels per frame
speedY = $89
bricks = $8a            ; bricks left
isServed = $8b
shown = $8c             ; row of bricks that is being shown, and a number for a moment
width = $8d             ; pixels of the paddle
wall = $90              ; 6 rows: left PF1, left PF2, right PF2, right PF1

ROWS = 6
HEIGHT = 6              ; lines of a row
ROOF = 32               ; line where the wall begins
GROUND = 180            ; line of the paddle
LEFT = 16               ; pixels between which bricks lie
RIGHT = 144
END = 152               ; where the paddle ends at most: at the wall, as shown 4 pixels further to the right
NARROW = 16             ; pixels of the paddle
WIDE = 32

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
 lda #43
 sta TIM64T
 lda #2
 sta VBLANK

 lda SWCHB
 and #1
 bne play
 jsr newGame
play:
 lda #WIDE
 bit SWCHB              ; overflow is the left difficulty switch
 bvc sized
 lda #NARROW
sized:
 sta width
 lda isOver
 bne place
 jsr movePaddle
 lda isServed
 bne fly
 jsr waitForServe
 jmp place
fly:
 jsr moveBall
place:
 lda paddleX
 ldx #0
 jsr setX
 lda ballX
 ldx #4                 ; the ball
 jsr setX
 sta WSYNC
 sta HMOVE
 ldx #$07               ; four times as wide as its 8 pixels
 lda width
 cmp #WIDE
 beq widened
 ldx #$05               ; twice
widened:
 stx NUSIZ0
 lda #$46
 sta COLUP0
 lda #$0e
 sta COLUPF
 lda #$00
 sta COLUBK
 lda #$21               ; a ball of 4 pixels, the right half mirrored
 sta CTRLPF
waitTop:
 lda INTIM
 bne waitTop
 sta WSYNC
 sta VBLANK
 lda #$10               ; walls on both sides
 sta PF0

; 192 lines: roof, wall, room, paddle.
 ldy #0
roof:
 sta WSYNC
 tya
 sec
 sbc ballY
 cmp #4
 lda #3
 adc #0                 ; bit 1 is set where the line is one of the four of the ball
 sta ENABL
 iny
 cpy #ROOF
 bne roof
 ldx #0
row:
 lda rowColor,x
 sta shown              ; kept for the lines of this row
 lda rowOffset,x
 sta WSYNC
 tax
 lda shown
 sta COLUPF
 lda #HEIGHT - 1
 sta shown
 iny
brickLine:
 sta WSYNC
 lda wall,x
 sta PF1
 lda wall + 1,x
 sta PF2
 tya
 sec
 sbc ballY
 cmp #4
 lda #3
 adc #0
 sta ENABL
 lda wall + 3,x
 sta PF1                ; in cycle 37: behind the left half of it, before the right
 nop
 nop
 lda wall + 2,x
 sta PF2                ; in cycle 48: between the halves
 iny
 dec shown
 bne brickLine
 sta WSYNC              ; a dark line between rows
 lda #0
 sta PF1
 sta PF2
 txa
 lsr
 lsr
 tax
 inx
 iny
 cpx #ROWS
 bne row
 lda #$0e
 sta COLUPF
room:
 sta WSYNC
 tya
 sec
 sbc ballY
 cmp #4
 lda #3
 adc #0
 sta ENABL
 lda #0
 cpy #GROUND
 bcc showPaddle
 cpy #GROUND + 4
 bcs showPaddle
 lda #$ff
showPaddle:
 sta GRP0
 iny
 cpy #192
 bne room

 sta WSYNC
 lda #2
 sta VBLANK
 lda #0
 sta PF0
 sta GRP0
 sta ENABL
 ldx #29
below:
 sta WSYNC
 dex
 bne below
 jmp frame

newGame:
 lda #0
 sta score
 sta score + 1
 sta isOver
 lda #3
 sta lives
 lda #96
 sta bricks
 ldx #23
 lda #$ff
lay:
 sta wall,x
 dex
 bpl lay
 lda #72
 sta paddleX
newBall:
 lda #0
 sta isServed
 rts

movePaddle:
 lda SWCHA
 asl
 bcs notRight
 lda #END
 sec
 sbc width
 cmp paddleX
 bcc notRight
 beq notRight
 lda paddleX
 clc
 adc #4
 sta paddleX
notRight:
 lda SWCHA
 asl
 asl
 bcs notLeft
 lda paddleX
 cmp #8
 bcc notLeft
 sbc #4
 sta paddleX
notLeft:
 rts

; The ball lies on the paddle until the button is pressed.
waitForServe:
 lda width
 lsr
 sec
 sbc #2
 clc
 adc paddleX
 sta ballX
 lda #GROUND - 5
 sta ballY
 lda INPT4
 bmi waiting
 inc isServed
 lda #$fe
 sta speedY
 lda chance
 lsr
 bcc keep
 eor #$b8
keep:
 sta chance
 and #3
 tax
 lda serves,x
 sta speedX
waiting:
 rts

moveBall:
 lda ballX
 clc
 adc speedX
 sta ballX
 cmp #5
 bcs notAtLeft
 lda #5
 sta ballX
 bne turnX
notAtLeft:
 cmp #152
 bcc sidesDone
 lda #151
 sta ballX
turnX:
 jsr negateX
sidesDone:
 lda ballY
 clc
 adc speedY
 sta ballY
 cmp #4
 bcs notAtTop
 lda #4
 sta ballY
 jsr negateY
notAtTop:
 jsr hitWall
 lda speedY
 bmi upwards
 lda ballY
 cmp #GROUND - 4
 bcc upwards
 cmp #GROUND + 2
 bcs lost
 jsr hitPaddle
upwards:
 rts
lost:
 cmp #188
 bcc upwards
 dec lives
 beq over
 jmp newBall
over:
 inc isOver
 rts

; Where the ball meets the paddle decides where it goes: nine or ten places, from far left to far right.
hitPaddle:
 lda width
 clc
 adc #3                 ; the ball hits with its edge too
 sta shown
 lda ballX
 clc
 adc #3
 sec
 sbc paddleX
 cmp shown
 bcs missed
 lsr
 ldx width
 cpx #WIDE
 bne placed
 lsr
placed:
 tax
 lda bounces,x
 sta speedX
 lda #GROUND - 5
 sta ballY
 jsr negateY
missed:
 rts

negateX:
 lda #0
 sec
 sbc speedX
 sta speedX
 rts

negateY:
 lda #0
 sec
 sbc speedY
 sta speedY
 rts

; Breaks the brick in which the middle of the ball lies.
hitWall:
 lda ballY
 clc
 adc #1
 sec
 sbc #ROOF
 cmp #42
 bcs noBrick
 ldx #$ff
 sec
divide:
 inx
 sbc #7
 bcs divide
 lda rowOffset,x
 tay                    ; where the row begins
 lda ballX
 clc
 adc #1
 sec
 sbc #LEFT
 cmp #RIGHT - LEFT
 bcs noBrick
 lsr
 lsr
 lsr
 tax                    ; one of 16 columns
 lsr
 lsr
 sty shown
 clc
 adc shown
 tay                    ; its byte of the wall
 lda masks,x
 and wall,y
 beq noBrick
 lda masks,x
 eor wall,y
 sta wall,y
 sed
 lda score
 clc
 adc #1
 sta score
 lda score + 1
 adc #0
 sta score + 1
 cld
 jsr negateY
 dec bricks
 bne noBrick
 inc isOver
noBrick:
 rts

; Puts an object at pixel A: player 0 for X = 0, the ball for X = 4.
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

rowOffset:
 .byte 0, 4, 8, 12, 16, 20
rowColor:
 .byte $44, $34, $1a, $c6, $94, $86
serves:
 .byte $fe, $ff, $01, $02
bounces:
 .byte $fd, $fd, $fe, $fe, $ff, $01, $02, $02, $03, $03
masks:
 .byte $c0, $30, $0c, $03, $03, $0c, $30, $c0, $c0, $30, $0c, $03, $03, $0c, $30, $c0

 .org $fffc
 .word start, start
